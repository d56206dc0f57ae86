"""The shared part of every 12345 hotline (政务服务便民热线)."""
