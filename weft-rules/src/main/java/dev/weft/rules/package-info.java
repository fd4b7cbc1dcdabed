/**
 * The laws of the house and their tests. Everything but this page is test code; the product never sees this module.
 */
@NullMarked
package dev.weft.rules;

import org.jspecify.annotations.NullMarked;
