"""Engines: they propose witnesses and certificates, which the kernel replays."""
