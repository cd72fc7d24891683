"""The command ``convscope``."""
