/* curl_line.h - a curl command, as people and browsers write it, as a source.
 */
#ifndef GN_CLI_CURL_LINE_H
#define GN_CLI_CURL_LINE_H

#include "garner/error.h"
#include "import/import.h"

/* As gn_import_opml and its like; text begins with "curl". A flag that garner
 * does not know is an error that names it. */
enum garner_code gn_curl_line_import(const char *text, size_t size,
                                     const struct gn_import_options *options,
                                     struct gn_draft *draft,
                                     struct garner_error *err);

#endif
