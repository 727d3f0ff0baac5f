#include "extract/csvnames.h"

#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/utf8.h"

enum { MOST_LABELS = 256 }; /* beyond, each is looked for by its path */

struct gn_csvname {
    char *head;       /* what stands before a value: ","name":" */
    size_t head_size; /* without a NUL behind it */
    char *text;       /* in a memory of its own, with a NUL */
};

void gn_csvnames_fini(struct gn_csvnames *n)
{
    for (size_t i = 0; i < n->count; i++) {
        gn_free(n->names[i].head);
        gn_free(n->names[i].text);
    }
    gn_free(n->names);
    gn_free(n->members);
    *n = (struct gn_csvnames){0};
}

/* Whether a text stands in JSON as it is. */
static bool is_plain(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if ((unsigned char)text[i] < ' ' || text[i] == '"' || text[i] == '\\')
            return false;
    return gn_utf8_good(text, size) == size;
}

static bool make_room(struct gn_csvnames *n)
{
    struct gn_csvname *names =
        gn_realloc(n->names, (n->count + 1) * sizeof names[0]);
    struct gn_arrow_member *members;

    if (names == NULL)
        return false;
    n->names = names;
    members = gn_realloc(n->members, (n->count + 1) * sizeof members[0]);
    if (members == NULL)
        return false;
    n->members = members;
    return true;
}

/* Whether the next name is new, and not one of very many. */
static bool is_first(const struct gn_csvnames *n, const char *name)
{
    for (size_t i = 0; i < n->count && n->count < MOST_LABELS; i++)
        if (strcmp(n->names[i].text, name) == 0)
            return false;
    return n->count < MOST_LABELS;
}

bool gn_csvnames_add(struct gn_csvnames *n, const char *text, size_t size)
{
    struct gn_csvname name = {.text = gn_memdup(text, size)};
    struct gn_buf head = {0};

    size = name.text != NULL ? strlen(name.text) : 0;
    gn_buf_text(&head, n->count > 0 ? "\",\"" : "{\"");
    gn_buf_append(&head, name.text, size);
    gn_buf_text(&head, "\":\"");
    name.head_size = head.size;
    name.head = gn_buf_take(&head);
    if (name.text == NULL || name.head == NULL || !make_room(n)) {
        gn_buf_fini(&head);
        gn_free(name.head);
        gn_free(name.text);
        return false;
    }
    n->escaped = n->escaped || !is_plain(name.text, size);
    n->members[n->count] = (struct gn_arrow_member){
        .name = name.text,
        .name_size = size,
        .is_label =
            gn_arrow_is_label(name.text, size) && is_first(n, name.text)};
    n->names[n->count++] = name;
    return true;
}

/* --- an object ------------------------------------------------------------*/

static void write_escaped(const struct gn_csvnames *n, const struct gn_csv *csv,
                          size_t fields, struct gn_buf *out)
{
    struct gn_json json;

    gn_json_init(&json, out);
    gn_json_open(&json, '{');
    for (size_t i = 0; i < fields; i++) {
        gn_json_key(&json, n->names[i].text);
        gn_json_text_n(&json, csv->fields[i].text, csv->fields[i].size);
    }
    gn_json_close(&json, '}');
}

static bool is_utf8(const struct gn_csv *csv, size_t fields)
{
    for (size_t i = 0; i < fields; i++)
        if (gn_utf8_good(csv->fields[i].text, csv->fields[i].size) !=
            csv->fields[i].size)
            return false;
    return true;
}

static char *put(char *to, const void *from, size_t size)
{
    memcpy(to, from, size);
    return to + size;
}

/* Nothing in the record is escaped. */
static void write_plain(const struct gn_csvnames *n, const struct gn_csv *csv,
                        size_t fields, struct gn_buf *out)
{
    size_t size = 2;
    char *to;

    for (size_t i = 0; i < fields; i++)
        size += n->names[i].head_size + csv->fields[i].size;
    if (!gn_buf_reserve(out, size))
        return;
    to = out->data + out->size;
    out->size += size;
    for (size_t i = 0; i < fields; i++) {
        to = put(to, n->names[i].head, n->names[i].head_size);
        to = put(to, csv->fields[i].text, csv->fields[i].size);
    }
    memcpy(to, "\"}", 3);
}

size_t gn_csvnames_fields(const struct gn_csvnames *n, const struct gn_csv *csv)
{
    return csv->count < n->count ? csv->count : n->count;
}

bool gn_csvnames_list(struct gn_csvnames *n, const struct gn_csv *csv)
{
    const size_t fields = gn_csvnames_fields(n, csv);

    if (n->escaped || fields == 0 || (csv->seen & GN_CSV_ODD) != 0 ||
        ((csv->seen & GN_CSV_WIDE) != 0 && !is_utf8(csv, fields)))
        return false;
    for (size_t i = 0; i < fields; i++) {
        n->members[i].value = csv->fields[i].text;
        n->members[i].end = csv->fields[i].text + csv->fields[i].size;
    }
    return true;
}

void gn_csvnames_object(const struct gn_csvnames *n, const struct gn_csv *csv,
                        bool listed, struct gn_buf *out)
{
    if (listed)
        write_plain(n, csv, gn_csvnames_fields(n, csv), out);
    else
        write_escaped(n, csv, gn_csvnames_fields(n, csv), out);
}

/* --- an array -------------------------------------------------------------*/

void gn_csvnames_array(const struct gn_csv *csv, struct gn_buf *out)
{
    struct gn_json json;

    gn_json_init(&json, out);
    gn_json_open(&json, '[');
    for (size_t i = 0; i < csv->count; i++)
        gn_json_text_n(&json, csv->fields[i].text, csv->fields[i].size);
    gn_json_close(&json, ']');
}
