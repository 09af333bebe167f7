"""Memory: give freed memory back at once, so that the peak is what is in use."""

import ctypes
import sys

import pyarrow as pa

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3  # glibc's malloc.h
LARGE_BYTES = 16 << 20


def return_freed_memory() -> None:
    """Turn off two habits of keeping freed memory: Arrow's pool and glibc's.

    glibc raises the size from which it maps arrays singly as they are freed, up to
    32 MiB; smaller ones then share heaps, one per thread, which seldom shrink. Without
    that habit they shrink at every chance, which takes time: each may keep 64 MiB.
    """
    pa.set_memory_pool(pa.system_memory_pool())
    if sys.platform == "linux":
        mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # musl has none
        if mallopt:
            mallopt(M_MMAP_THRESHOLD, LARGE_BYTES)
            mallopt(M_TRIM_THRESHOLD, 4 * LARGE_BYTES)
