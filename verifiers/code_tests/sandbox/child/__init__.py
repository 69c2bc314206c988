"""The untrusted side: what runs beside the program, in the confined process."""
