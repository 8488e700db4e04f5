"""Ask a Windows computer by WinRM, with what it brings itself: nothing is installed there."""
