/* script.h - SQL as it is typed or stands in a file, cut into statements. Pure.
 */
#ifndef GN_CLI_SCRIPT_H
#define GN_CLI_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>

/* Bytes of the first statement of text, its ';' with it; 0: text ends before
 * that. A ';' within a text, a quoted name or a comment ends nothing. */
size_t gn_script_statement(const char *text, size_t size);

/* Nothing in it but white space, comments and ';'. */
bool gn_script_is_blank(const char *text, size_t size);

/* Where in a script something stands, counted from 1; a column is a character.
 */
struct gn_script_place {
    size_t line;
    size_t column;
};

/* Moves past size bytes of text. */
void gn_script_pass(struct gn_script_place *place, const char *text,
                    size_t size);

#endif
