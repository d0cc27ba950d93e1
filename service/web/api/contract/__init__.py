"""How an endpoint is declared, and a call's way through it: read, admitted, answered."""
