#include "cli/intake.h"

#include <string.h>
#include <strings.h>

#include "base/error.h"
#include "base/mem.h"
#include "cli/csvrows.h"
#include "cli/jsonrows.h"
#include "cli/linerows.h"
#include "cli/scroll.h"

enum { MOST = 256 << 20 };

struct gn_intake {
    struct gn_intake_options options;
    struct gn_scroll scroll;
    bool begun;

    /* of the one that is its format */
    struct gn_csvrows csv;
    struct gn_jsonrows json;
    struct gn_linerows lines;
};

enum garner_code gn_intake_new(int fd, const char *name,
                               const struct gn_intake_options *options,
                               struct gn_intake **out, struct garner_error *err)
{
    struct gn_intake *in = gn_alloc(sizeof *in);

    *out = in;
    if (in == NULL)
        return gn_fail(err, GARNER_NOMEM, "out of memory to read %.100s", name);
    in->options = *options;
    in->scroll = (struct gn_scroll){.chunks = {.fd = fd,
                                               .name = name,
                                               .charset = options->charset,
                                               .stop = options->stop,
                                               .context = options->context,
                                               .most = MOST},
                                    .line = 1};
    gn_csvrows_init(&in->csv, &in->options);
    in->json.object.flatten = options->flatten;
    return GARNER_OK;
}

void gn_intake_free(struct gn_intake *in)
{
    if (in == NULL)
        return;
    gn_chunks_fini(&in->scroll.chunks);
    gn_csvrows_fini(&in->csv);
    gn_jsonrows_fini(&in->json);
    gn_free(in);
}

static bool is_blank(char c)
{
    return c != '\0' && strchr(" \t\r\n", c) != NULL;
}

static bool ends_in(const char *text, const char *end)
{
    const size_t n = strlen(text);
    const size_t m = strlen(end);

    return n > m && strcasecmp(text + n - m, end) == 0;
}

static enum gn_intake_format guess_format(const struct gn_intake *in, char c)
{
    const char *name = in->scroll.chunks.name;

    if (ends_in(name, ".csv") || ends_in(name, ".csv.gz"))
        return GN_INTAKE_CSV;
    if (ends_in(name, ".tsv") || ends_in(name, ".tab") ||
        ends_in(name, ".tsv.gz") || ends_in(name, ".tab.gz"))
        return GN_INTAKE_TSV;
    return c == '{' || c == '[' ? GN_INTAKE_JSON : GN_INTAKE_CSV;
}

/* What comes first but white space, which stays: in CSV it is part of a field.
 * *c 0: there is nothing. */
static enum garner_code peek(struct gn_intake *in, char *c,
                             struct garner_error *err)
{
    enum garner_code code = GARNER_OK;
    size_t skipped = 0;

    *c = '\0';
    while (code == GARNER_OK) {
        const char *at = gn_chunks_at(&in->scroll.chunks) + skipped;
        const char *end = gn_chunks_end(&in->scroll.chunks);

        while (at < end && is_blank(*at))
            at++;
        if (at < end)
            *c = *at;
        if (at < end || in->scroll.chunks.ended)
            break;
        skipped = (size_t)(at - gn_chunks_at(&in->scroll.chunks));
        code = gn_scroll_more(&in->scroll, err);
    }
    return code;
}

static enum garner_code begin(struct gn_intake *in, struct garner_error *err)
{
    static const char mark[] = "\xef\xbb\xbf";
    const size_t size = sizeof mark - 1;
    enum garner_code code = GARNER_OK;
    char c = '\0';

    in->begun = true;
    while (code == GARNER_OK && !in->scroll.chunks.ended &&
           in->scroll.chunks.held.size < size)
        code = gn_scroll_more(&in->scroll, err);
    if (code == GARNER_OK && in->scroll.chunks.held.size >= size &&
        memcmp(gn_chunks_at(&in->scroll.chunks), mark, size) == 0)
        in->scroll.chunks.done = size;
    if (code == GARNER_OK && in->options.format == GN_INTAKE_GUESS)
        code = peek(in, &c, err);
    if (code != GARNER_OK)
        return code;
    if (in->options.format == GN_INTAKE_GUESS)
        in->options.format = guess_format(in, c);
    return in->options.format == GN_INTAKE_CSV ||
                   in->options.format == GN_INTAKE_TSV
               ? gn_csvrows_begin(&in->csv, &in->scroll, err)
               : GARNER_OK;
}

enum garner_code gn_intake_next(struct gn_intake *in, struct gn_intake_row *row,
                                struct garner_error *err)
{
    const enum garner_code code = in->begun ? GARNER_OK : begin(in, err);

    if (code != GARNER_OK)
        return code;
    switch (in->options.format) {
    case GN_INTAKE_JSON:
        return gn_jsonrows_next(&in->json, &in->scroll, row, err);
    case GN_INTAKE_LINES:
        return gn_linerows_line(&in->lines, &in->scroll, row, err);
    case GN_INTAKE_TEXT:
        return gn_linerows_text(&in->lines, &in->scroll, row, err);
    case GN_INTAKE_GUESS:
    case GN_INTAKE_CSV:
    case GN_INTAKE_TSV:
        break;
    }
    return gn_csvrows_next(&in->csv, &in->scroll, row, err);
}
