#include "cli/linerows.h"

#include <stddef.h>

/* The row of size bytes at at, a value of the column that name is of. */
static enum garner_code give(struct gn_linerows *r, const struct gn_scroll *s,
                             const char *const *name, size_t size,
                             struct gn_intake_row *row,
                             struct garner_error *err)
{
    const char *at = gn_chunks_at(&s->chunks);

    r->value = garner_text_n(at, size);
    *row = (struct gn_intake_row){name, &r->value, 1, s->line};
    return gn_scroll_check(s, at, size, s->line, err);
}

/* Where the line ends that at is in; end: it goes on to there. */
static const char *end_of_line(const char *at, const char *end)
{
    while (at < end && *at != '\n' && *at != '\r')
        at++;
    return at;
}

enum garner_code gn_linerows_line(struct gn_linerows *r, struct gn_scroll *s,
                                  struct gn_intake_row *row,
                                  struct garner_error *err)
{
    static const char *const name = "line";
    size_t looked = 0; /* where it does not end */
    enum garner_code code = GARNER_OK;

    while (code == GARNER_OK) {
        const char *at = gn_chunks_at(&s->chunks);
        const char *end = gn_chunks_end(&s->chunks);
        const char *stop = end_of_line(at + looked, end);

        looked = (size_t)(stop - at);
        if (at == end && s->chunks.ended)
            return GARNER_DONE;
        /* A CR at the end of what is there may have its LF behind it. */
        if (s->chunks.ended ||
            (stop < end && (*stop == '\n' || stop + 1 < end))) {
            const size_t ends =
                stop < end && *stop == '\r' && stop + 1 < end && stop[1] == '\n'
                    ? 2
                    : stop < end;

            code = give(r, s, &name, looked, row, err);
            gn_scroll_pass(s, stop + ends, s->line + 1);
            return code;
        }
        code = gn_scroll_more(s, err);
    }
    return code;
}

enum garner_code gn_linerows_text(struct gn_linerows *r, struct gn_scroll *s,
                                  struct gn_intake_row *row,
                                  struct garner_error *err)
{
    static const char *const name = "text";
    enum garner_code code = GARNER_OK;

    if (r->is_over)
        return GARNER_DONE;
    r->is_over = true;
    while (code == GARNER_OK && !s->chunks.ended)
        code = gn_scroll_more(s, err);
    return code == GARNER_OK ? give(r, s, &name,
                                    (size_t)(gn_chunks_end(&s->chunks) -
                                             gn_chunks_at(&s->chunks)),
                                    row, err)
                             : code;
}
