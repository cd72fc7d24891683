"""The server, the page and the shell of Convscope: everything around the engine."""
