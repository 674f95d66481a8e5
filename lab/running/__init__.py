"""A running lab: clusters, servers and phones at their addresses, and the operations that change them."""
