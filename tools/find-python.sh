#!/bin/sh
# Print a Python that the lock is made for: $PYTHON if set, else the first that fits.

fits='import sys
print("%d.%d.%d" % sys.version_info[:3])
sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))'

if [ -n "$PYTHON" ]; then
    set -- "$PYTHON"
else
    set -- python3 python3.13 python3.12 python3.11
fi

found=
for candidate; do
    if version=$("$candidate" -c "$fits" 2>/dev/null); then
        command -v "$candidate"
        exit 0
    fi
    found="$found${found:+, }$candidate is ${version:-missing}"
done

cat >&2 <<END
Wanted: Python 3.11, 3.12 or 3.13.
Found:  $found.
Next:   install one of them, or name yours: make setup PYTHON=/path/to/python3.12
END
exit 1
