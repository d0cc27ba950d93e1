"""The publisher's sites: their names, their addresses, and the keys their front ends call with."""
