/* guess.h - what a text of CSV is as a value. Pure. */
#ifndef GN_CLI_GUESS_H
#define GN_CLI_GUESS_H

#include <stddef.h>

#include "garner/value.h"

/* A number, if text is written as JSON writes one (so 007, +1 and 1,5 are
 * texts) and an integer fits; else the text, borrowed. */
struct garner_value gn_guess_value(const char *text, size_t size);

#endif
