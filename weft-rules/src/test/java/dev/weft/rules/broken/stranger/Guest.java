package dev.weft.rules.broken.stranger;

/** Lives in a module that the house does not know. */
public record Guest(int number) {}
