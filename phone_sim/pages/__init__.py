"""The phone's own pages: what it tells about itself, as data, as the menu on its screen, and as small web pages."""
