"""The files of systemd/, judged by systemd's own programs."""
