"""Worker processes: what is sent to them, who starts, watches and ends them, what they run."""
