"""Who is who where targets are close together."""
