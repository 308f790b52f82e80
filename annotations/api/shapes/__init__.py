"""What goes in and comes out, as types: the OpenAPI file is made from them."""
