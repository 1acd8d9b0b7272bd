"""What the desk's screens show, put together from the stages above."""
