"""One module a format. Each has ``READER``, with ``claims`` and either ``layout`` or ``rows``."""
