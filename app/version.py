"""The version, from the installed package's metadata."""

from importlib.metadata import PackageNotFoundError, version

try:
    VERSION = version("convscope")
except PackageNotFoundError:  # a checkout that was never installed
    VERSION = "0+checkout"
