/*
 * input.h - what SQL is given of an answer: its parameters, and among them the
 * body as UTF-8, whatever it came in; gzip, as that of a file x.csv.gz, is
 * unpacked before.
 *
 * Thread: one at a time.
 */
#ifndef GN_EXTRACT_INPUT_H
#define GN_EXTRACT_INPUT_H

#include <stddef.h>

#include "base/buf.h"
#include "extract/extractor.h"
#include "extract/inflate.h"
#include "garner/error.h"

/* All zero: nothing is given. */
struct gn_input {
    const struct gn_param *params;
    size_t count;
    const char *text; /* of the body, as params have it; NULL: there is none */
    size_t text_size;
    struct gn_buf unpacked; /* the body, if it was gzip */
    struct gn_buf body; /* the same, if it came as something else; and then */
    struct gn_param *copy; /* the parameters with this one */
};

/* Borrows params, count of them, until fini, which is called after an error,
 * too. bounds: of gzip; NULL: none but its own. Errors: INVALID (of gzip),
 * NOMEM. */
enum garner_code gn_input_make(struct gn_input *in,
                               const struct gn_param *params, size_t count,
                               const struct gn_inflate_bounds *bounds,
                               struct garner_error *err);
void gn_input_fini(struct gn_input *in);

/* The parameter of that name that is text; NULL: there is none. */
const struct garner_value *gn_input_find(const struct gn_input *in,
                                         const char *name);

#endif
