"""What happens without anybody being told."""

SILENT: set[str] = set()
