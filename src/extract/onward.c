#include "extract/onward.h"

#include <math.h>
#include <string.h>
#include <strings.h>

#include "base/error.h"
#include "base/url_join.h"
#include "base/urlnorm.h"

const char gn_onward_sitemap[] =
    "select url, kind = 'sitemap' as sitemap, "
    "cast(round((min(max(coalesce(priority, 0.5), 0.0), 1.0) - 0.5) * 10) as "
    "integer) as priority from sitemap_each(:body)";

/* The columns of links, and where they are among a rowset's; -1: not there. */
enum column { URL, PRIORITY, NOFOLLOW, SITEMAP, COLUMNS };
static const char *const column_names[COLUMNS] = {"url", "priority", "nofollow",
                                                  "sitemap"};

void gn_onward_fini(struct gn_onward *page)
{
    gn_arena_clear(&page->memory);
    page->links = NULL;
    page->link_count = 0;
}

/* --- what to follow ------------------------------------------------------- */

static bool begins(const char *text, const char *word)
{
    const size_t size = strlen(word);

    return strncasecmp(text, word, size) == 0 && text[size] != '\0' &&
           strchr(" \t\r\n", text[size]) != NULL;
}

bool gn_onward_is_sql(const char *follow)
{
    follow += strspn(follow, " \t\r\n");
    return begins(follow, "select") || begins(follow, "with");
}

void gn_onward_selector(const char *selector, struct gn_buf *out)
{
    gn_buf_text(out,
                "select url, nofollow from links_each(:body, :final_url, '");
    for (; *selector != '\0'; selector++) {
        if (*selector == '\'')
            gn_buf_byte(out, '\'');
        gn_buf_byte(out, *selector);
    }
    gn_buf_text(out, "')");
}

bool gn_onward_is_html(const char *type, size_t size)
{
    static const char *const types[] = {"text/html", "application/xhtml+xml"};
    const char *end = size > 0 ? memchr(type, ';', size) : NULL;

    if (end != NULL)
        size = (size_t)(end - type);
    while (size > 0 && strchr(" \t", type[size - 1]) != NULL)
        size--;
    for (size_t i = 0; size > 0 && i < sizeof types / sizeof types[0]; i++)
        if (size == strlen(types[i]) && strncasecmp(type, types[i], size) == 0)
            return true;
    return size == 0;
}

static enum garner_code no_memory(struct garner_error *err)
{
    return gn_fail(err, GARNER_NOMEM, "no memory for the links of a page");
}

/* --- links ---------------------------------------------------------------- */

static enum column find_column(const char *name)
{
    enum column c = URL;

    while (c < COLUMNS && strcasecmp(name, column_names[c]) != 0)
        c++;
    return c;
}

static enum garner_code find_columns(const struct gn_rowset *rows,
                                     int places[COLUMNS],
                                     struct garner_error *err)
{
    for (enum column c = URL; c < COLUMNS; c++)
        places[c] = -1;
    for (size_t i = 0; i < rows->column_count; i++) {
        const enum column c = find_column(rows->columns[i]);

        if (c == COLUMNS)
            return gn_fail(err, GARNER_INVALID,
                           "\"%.60s\" is no column of links; select url, and "
                           "priority, nofollow or sitemap if you like",
                           rows->columns[i]);
        places[c] = (int)i;
    }
    if (places[URL] < 0)
        return gn_fail(err, GARNER_INVALID,
                       "links have no column url; name one of the SQL's so, "
                       "with AS");
    return GARNER_OK;
}

enum garner_code gn_onward_check_columns(const struct gn_rowset *rows,
                                         struct garner_error *err)
{
    int places[COLUMNS];

    return find_columns(rows, places, err);
}

/* Puts the URL that a value means into out, which is empty: OK, INVALID (it
 * means none) or NOMEM. */
static enum garner_code put_url(const struct garner_value *value,
                                const char *base, struct gn_buf *out)
{
    struct gn_buf text = {0};
    struct gn_buf joined = {0};
    const char *url;
    enum garner_code code = GARNER_INVALID;

    if (value->type != GARNER_TEXT ||
        memchr(value->bytes.data, '\0', value->bytes.size) != NULL)
        return code;
    gn_buf_append(&text, value->bytes.data, value->bytes.size);
    url = gn_buf_cstr(&text);
    if (strncmp(url, "http://", 7) == 0 || strncmp(url, "https://", 8) == 0)
        code = gn_urlnorm(url, out, NULL);
    else if (gn_url_join(base, url, &joined))
        code = gn_urlnorm(gn_buf_cstr(&joined), out, NULL);
    if (gn_buf_failed(&text) || gn_buf_failed(&joined))
        code = GARNER_NOMEM;
    gn_buf_fini(&text);
    gn_buf_fini(&joined);
    return code;
}

static bool is_true(const struct garner_value *row, int place)
{
    return place >= 0 && row[place].type == GARNER_INTEGER &&
           row[place].integer != 0;
}

static enum garner_code take_priority(const struct garner_value *row, int place,
                                      int64_t *out, struct garner_error *err)
{
    const struct garner_value none = garner_null();
    const struct garner_value *v = place >= 0 ? &row[place] : &none;

    *out = 0;
    if (v->type == GARNER_INTEGER)
        *out = v->integer;
    else if (v->type == GARNER_REAL)
        *out = (int64_t)fmax(-1e15, fmin(1e15, round(v->real)));
    else if (v->type != GARNER_NULL)
        return gn_fail(err, GARNER_INVALID,
                       "the priority of a link is no number; write cast(... as "
                       "integer)");
    return GARNER_OK;
}

static enum garner_code take_link(struct gn_onward *page,
                                  const struct garner_value *row,
                                  const int places[COLUMNS],
                                  const struct gn_buf *url,
                                  struct garner_error *err)
{
    struct gn_link *link = &page->links[page->link_count++];

    *link = (struct gn_link){
        .url = gn_arena_copy(&page->memory, url->data, url->size),
        .size = url->size,
        .nofollow = page->nofollow || is_true(row, places[NOFOLLOW]),
        .is_sitemap = is_true(row, places[SITEMAP])};
    if (link->url == NULL)
        return no_memory(err);
    return take_priority(row, places[PRIORITY], &link->priority, err);
}

enum garner_code gn_onward_take(struct gn_onward *page,
                                const struct gn_rowset *rows, const char *base,
                                struct garner_error *err)
{
    struct gn_buf url = {0};
    int places[COLUMNS];
    enum garner_code code = find_columns(rows, places, err);

    if (code != GARNER_OK)
        return code;
    page->links = gn_arena_alloc(&page->memory,
                                 (rows->row_count + 1) * sizeof page->links[0]);
    if (page->links == NULL)
        return no_memory(err);
    for (size_t i = 0; i < rows->row_count && code == GARNER_OK; i++) {
        const struct garner_value *row = &rows->values[i * rows->column_count];

        gn_buf_clear(&url);
        code = put_url(&row[places[URL]], base, &url);
        if (code == GARNER_OK) {
            code = take_link(page, row, places, &url, err);
        } else if (code == GARNER_INVALID) {
            page->other_count++;
            code = GARNER_OK;
        } else {
            code = no_memory(err);
        }
    }
    gn_buf_fini(&url);
    return code;
}
