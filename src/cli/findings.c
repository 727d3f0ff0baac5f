#include "cli/findings.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "config/tree.h"

/* A part of a line. */
struct part {
    const char *at;
    size_t size;
};

/* Takes start from the front of p, if it is there. */
static bool take(struct part *p, const char *start, size_t size)
{
    if (p->size < size || memcmp(p->at, start, size) != 0)
        return false;
    p->at += size;
    p->size -= size;
    return true;
}

/* Takes a number and its colon; 0: there is none. */
static int take_number(struct part *p)
{
    size_t n = 0;
    long value = 0;

    while (n < p->size && n < 9 && p->at[n] >= '0' && p->at[n] <= '9')
        value = value * 10 + (p->at[n++] - '0');
    if (n == 0 || n == p->size || p->at[n] != ':')
        return 0;
    p->at += n + 1;
    p->size -= n + 1;
    return (int)value;
}

/* Takes "source NAME: "; size 0: it is not there. */
static struct part take_source(struct part *p)
{
    static const char word[] = "source ";
    struct part rest = *p;
    struct part name = {0};
    size_t n = 0;

    if (!take(&rest, word, sizeof word - 1))
        return name;
    while (n < rest.size && rest.at[n] != ' ')
        n++;
    if (n < 2 || n == rest.size || rest.at[n - 1] != ':')
        return name;
    name = (struct part){rest.at, n - 1};
    p->at = rest.at + n + 1;
    p->size = rest.size - n - 1;
    return name;
}

/* The last value of a mapping whose key stands in line or before. */
static const struct gn_node *value_at(const struct gn_node *mapping, int line)
{
    const struct gn_node *found = NULL;

    if (mapping == NULL || mapping->kind != GN_NODE_MAPPING)
        return NULL;
    for (const struct gn_node *v = mapping->first; v != NULL; v = v->next)
        if (v->key->line <= line)
            found = v;
    return found;
}

/* The source that a line of a file is in; size 0: it is in none. */
static struct part source_at(const struct gn_node *root, int line)
{
    const struct gn_node *top = value_at(root, line);
    const struct gn_node *source = NULL;

    if (top != NULL && strcmp(top->key->text, "sources") == 0)
        source = value_at(top, line);
    return source != NULL
               ? (struct part){source->key->text, strlen(source->key->text)}
               : (struct part){0};
}

static void write_number(struct gn_json *out, const char *key, int number)
{
    gn_json_key(out, key);
    if (number > 0)
        gn_json_integer(out, number);
    else
        gn_json_null(out);
}

static void write_line(const char *path, const struct gn_node *root,
                       struct part line, struct gn_json *out)
{
    static const char warning[] = "warning: ";
    struct part rest = line;
    struct part source;
    int number = 0;
    int column = 0;
    bool warns;

    if (take(&rest, path, strlen(path)) && take(&rest, ":", 1)) {
        line = rest;
        number = take_number(&line);
        column = number > 0 ? take_number(&line) : 0;
        (void)take(&line, " ", 1);
    }
    warns = take(&line, warning, sizeof warning - 1);
    source = take_source(&line);
    if (source.size == 0)
        source = source_at(root, number);
    gn_json_open(out, '{');
    gn_json_key(out, "severity");
    gn_json_text(out, warns ? "warning" : "error");
    gn_json_key(out, "file");
    gn_json_text(out, path);
    write_number(out, "line", number);
    write_number(out, "column", column);
    gn_json_key(out, "source");
    if (source.size > 0)
        gn_json_text_n(out, source.at, source.size);
    else
        gn_json_null(out);
    gn_json_key(out, "message");
    gn_json_text_n(out, line.at, line.size);
    gn_json_close(out, '}');
}

void gn_findings_write(const struct gn_findings_file *file, const char *lines,
                       struct gn_json *out)
{
    struct gn_problems broken = {.path = file->path};
    struct gn_arena memory = {0};
    const struct gn_node *root =
        gn_tree_parse(file->data, file->size, &memory, &broken);

    while (*lines != '\0') {
        const size_t size = strcspn(lines, "\n");

        if (size > 0)
            write_line(file->path, root, (struct part){lines, size}, out);
        lines += size + (lines[size] == '\n');
    }
    gn_arena_clear(&memory);
}
