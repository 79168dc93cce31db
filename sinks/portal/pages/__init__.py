"""The portal for people with a browser: public pages, and a person's own. No script, no address outside, printable."""
