/* intake_testing.h - for tests: rows of a file whose bytes come bit by bit. */
#ifndef GN_CLI_INTAKE_TESTING_H
#define GN_CLI_INTAKE_TESTING_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include <unistd.h>

#include "cli/intake.h"

/* A pipe whose bytes come piece by piece. */
struct feed {
    int fd;
    const char *text;
    size_t size;
    size_t piece;
};

/* Asked before each read: the next piece comes, and so no read gets two. */
static inline bool feed(void *context)
{
    struct feed *f = context;
    const size_t n = f->size < f->piece ? f->size : f->piece;

    if (n > 0)
        assert_int_equal(write(f->fd, f->text, n), n);
    else if (f->fd >= 0)
        close(f->fd);
    f->fd = n > 0 ? f->fd : -1;
    f->text += n;
    f->size -= n;
    return false;
}

/* Each row as "name=value;..." and a line's end, then the error, if any. */
static inline const char *rows_of(const char *name, const char *text,
                                  size_t size, size_t piece,
                                  struct gn_intake_options o)
{
    static char out[4096];
    struct gn_intake_row row;
    struct garner_error err = {0};
    struct gn_intake *in;
    struct feed f = {0, text, size, piece};
    int ends[2];
    size_t n = 0;
    enum garner_code code;

    assert_int_equal(pipe(ends), 0);
    f.fd = ends[1];
    o.stop = feed;
    o.context = &f;
    assert_int_equal(gn_intake_new(ends[0], name, &o, &in, &err), GARNER_OK);
    out[0] = '\0';
    while ((code = gn_intake_next(in, &row, &err)) == GARNER_OK) {
        n += (size_t)snprintf(out + n, sizeof out - n, "%zu:", row.line);
        for (size_t i = 0; i < row.count; i++) {
            const struct garner_value *v = &row.values[i];

            n += (size_t)snprintf(out + n, sizeof out - n, "%s=", row.names[i]);
            if (v->type == GARNER_INTEGER)
                n += (size_t)snprintf(out + n, sizeof out - n, "%lld;",
                                      (long long)v->integer);
            else if (v->type == GARNER_REAL)
                n += (size_t)snprintf(out + n, sizeof out - n, "%g;", v->real);
            else if (v->type == GARNER_NULL)
                n += (size_t)snprintf(out + n, sizeof out - n, "NULL;");
            else if (v->bytes.size > 100)
                n += (size_t)snprintf(out + n, sizeof out - n, "(%zu);",
                                      v->bytes.size);
            else
                n += (size_t)snprintf(out + n, sizeof out - n, "'%.*s';",
                                      (int)v->bytes.size,
                                      (const char *)v->bytes.data);
        }
        n += (size_t)snprintf(out + n, sizeof out - n, "\n");
    }
    if (code != GARNER_DONE)
        snprintf(out + n, sizeof out - n, "%s", err.message);
    gn_intake_free(in);
    close(ends[0]);
    if (f.fd >= 0) /* it did not want all of it */
        close(f.fd);
    return out;
}

#endif
