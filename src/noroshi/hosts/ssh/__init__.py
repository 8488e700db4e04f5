"""Ask a computer by SSH, with what it brings itself: nothing is installed there."""
