#include "cli/scroll.h"

#include "base/error.h"
#include "base/utf8.h"

size_t gn_scroll_lines(const char *at, const char *end)
{
    size_t count = 0;

    for (; at < end; at++)
        count +=
            *at == '\n' || (*at == '\r' && (at + 1 == end || at[1] != '\n'));
    return count;
}

enum garner_code gn_scroll_wrong(const struct gn_scroll *s, size_t line,
                                 const char *what, struct garner_error *err)
{
    return gn_fail(err, GARNER_INVALID, "%.100s:%zu: %.120s", s->chunks.name,
                   line, what);
}

enum garner_code gn_scroll_no_memory(const struct gn_scroll *s,
                                     struct garner_error *err)
{
    return gn_fail(err, GARNER_NOMEM, "out of memory for a row of %.100s",
                   s->chunks.name);
}

enum garner_code gn_scroll_more(struct gn_scroll *s, struct garner_error *err)
{
    struct garner_error why = {0};
    const struct gn_chunks *c = &s->chunks;
    const size_t passed =
        c->is_wrong ? gn_scroll_lines(gn_chunks_at(c), gn_chunks_end(c)) : 0;
    const enum garner_code code = gn_chunks_more(&s->chunks, &why);

    if (code == GARNER_INVALID)
        return gn_scroll_wrong(s, s->line + passed, why.message, err);
    if (code != GARNER_OK && err != NULL)
        *err = why;
    return code;
}

void gn_scroll_pass(struct gn_scroll *s, const char *at, size_t line)
{
    s->chunks.done += (size_t)(at - gn_chunks_at(&s->chunks));
    s->line = line;
}

enum garner_code gn_scroll_check(const struct gn_scroll *s, const char *text,
                                 size_t size, size_t line,
                                 struct garner_error *err)
{
    const size_t good = gn_utf8_good(text, size);

    if (good == size)
        return GARNER_OK;
    return gn_scroll_wrong(s, line + gn_scroll_lines(text, text + good),
                           "this is not UTF-8; say what it is: --encoding "
                           "latin1, shift_jis ...",
                           err);
}
