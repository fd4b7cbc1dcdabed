package dev.weft.rules.broken.core.oddity;

/** Lives in a package that nobody gave a place. */
public record Stray(int number) {}
