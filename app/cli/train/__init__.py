"""``convscope train``, in this process or on a server of its own."""
