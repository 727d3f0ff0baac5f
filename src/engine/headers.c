#include "engine/headers.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"

/* One line; points into the text. */
struct field {
    const char *name;
    size_t name_size;
    const char *value;
    size_t value_size;
};

static int by_name(const struct field *a, const struct field *b)
{
    const size_t shorter =
        a->name_size < b->name_size ? a->name_size : b->name_size;
    const int order = memcmp(a->name, b->name, shorter);

    if (order != 0)
        return order;
    return (a->name_size > b->name_size) - (a->name_size < b->name_size);
}

/* Of one name, in the order they came. */
static int compare(const void *a, const void *b)
{
    const struct field *x = a;
    const struct field *y = b;
    const int order = by_name(x, y);

    return order != 0 ? order : (x->name > y->name) - (x->name < y->name);
}

static size_t count_lines(const char *lines)
{
    size_t count = 0;

    for (; (lines = strchr(lines, '\n')) != NULL; lines++)
        count++;
    return count + 1; /* the last one may lack its end */
}

static size_t split(const char *lines, struct field *fields)
{
    size_t count = 0;

    while (*lines != '\0') {
        const size_t length = strcspn(lines, "\n");
        const char *colon = memchr(lines, ':', length);

        if (colon != NULL) {
            const char *value = colon + 1;

            value += *value == ' ';
            fields[count++] = (struct field){
                .name = lines,
                .name_size = (size_t)(colon - lines),
                .value = value,
                .value_size = (size_t)(lines + length - value),
            };
        }
        lines += length + (lines[length] == '\n');
    }
    return count;
}

static void write(const struct field *fields, size_t count, struct gn_buf *json)
{
    struct gn_buf name = {0};
    struct gn_buf value = {0};
    struct gn_json j;

    gn_json_init(&j, json);
    gn_json_open(&j, '{');
    for (size_t i = 0; i < count; i++) {
        gn_buf_append(&value, fields[i].value, fields[i].value_size);
        if (i + 1 < count && by_name(&fields[i], &fields[i + 1]) == 0) {
            gn_buf_text(&value, ", ");
            continue;
        }
        gn_buf_clear(&name);
        gn_buf_append(&name, fields[i].name, fields[i].name_size);
        gn_json_key(&j, gn_buf_cstr(&name));
        gn_json_text_n(&j, gn_buf_cstr(&value), value.size);
        json->failed =
            json->failed || gn_buf_failed(&name) || gn_buf_failed(&value);
        gn_buf_clear(&value);
    }
    gn_json_close(&j, '}');
    gn_buf_fini(&name);
    gn_buf_fini(&value);
}

void gn_headers_json(const char *lines, struct gn_buf *json)
{
    struct field *fields = gn_alloc(count_lines(lines) * sizeof fields[0]);
    size_t count;

    if (fields == NULL) {
        json->failed = true;
        return;
    }
    count = split(lines, fields);
    qsort(fields, count, sizeof fields[0], compare);
    write(fields, count, json);
    gn_free(fields);
}
