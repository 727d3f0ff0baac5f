/* sniff.h - which character parts the fields of CSV, by its first line. Pure.
 */
#ifndef GN_CLI_SNIFF_H
#define GN_CLI_SNIFF_H

#include <stdbool.h>
#include <stddef.h>

/* Of comma, tab, semicolon and bar that which is there most often, outside of
 * quotes, in the first of size bytes' lines that is not empty; a comma if none
 * is. */
char gn_sniff_delimiter(const char *text, size_t size, char quote);

/* Whether that line ends within them. */
bool gn_sniff_is_whole(const char *text, size_t size, char quote);

#endif
