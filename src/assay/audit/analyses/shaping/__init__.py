"""Whether what is paid beside the key changes what is best."""
