"""What stands between a page of the book and Python in it: running cells (`cells`), what is not there (`stand_ins`)."""
