"""What a developer runs: lock, set-up, side-by-side reader, benchmarks."""
