#include "extract/arrow.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "extract/jsonscan.h"

enum { MOST_INTEGER = 18, MOST_NUMBER = 40 };

/* The subtype of a stand-in, which no other value has: SQLite's own is 'J'. */
enum { STAND_IN = 'r' };

void gn_arrow_fini(struct gn_arrow *a)
{
    sqlite3_finalize(a->own);
    gn_free(a->listed);
    *a = (struct gn_arrow){0};
}

void gn_arrow_know(struct gn_arrow *a, const char *text, size_t size,
                   bool stays)
{
    if (a->text == text && a->size == size)
        return;
    a->text = text;
    a->size = size;
    a->stays = stays;
    a->bare = false;
    a->members = NULL;
}

void gn_arrow_forget(struct gn_arrow *a)
{
    a->text = NULL;
    a->members = NULL;
}

/* --- members --------------------------------------------------------------*/

void gn_arrow_list(struct gn_arrow *a, const struct gn_arrow_member *members,
                   size_t count, bool stays)
{
    a->members = members;
    a->count = count;
    a->stays = stays;
    a->bare = true;
    a->escaped = false;
}

void gn_arrow_hand(struct gn_arrow *a, sqlite3_context *to)
{
    a->text = NULL; /* the members are of no text */
    a->handed = true;
    sqlite3_result_zeroblob(to, 0); /* what costs least and is no JSON */
    sqlite3_result_subtype(to, STAND_IN);
}

void gn_arrow_unlist(struct gn_arrow *a, const struct gn_arrow_member *members)
{
    if (members != NULL && a->members == members)
        gn_arrow_forget(a);
}

static bool make_room(struct gn_arrow *a)
{
    if (a->count == a->room) {
        const size_t room = a->room > 0 ? a->room * 2 : 16;
        struct gn_arrow_member *listed =
            gn_realloc(a->listed, room * sizeof listed[0]);

        if (listed == NULL)
            return false;
        a->listed = listed;
        a->room = room;
    }
    return true;
}

/* Reads the member whose quote at is at; where the next one is, or the end. */
static const char *read_member(const char *at, const char *end,
                               struct gn_arrow_member *out, bool *escaped)
{
    const char *stop = gn_jsonscan_end(at, end);

    out->name = at + 1;
    out->name_size = (size_t)(stop - at) - 2;
    *escaped = *escaped || memchr(at, '\\', (size_t)(stop - at)) != NULL;
    at = gn_jsonscan_blank(stop, end) + 1; /* : */
    out->value = gn_jsonscan_blank(at, end);
    out->end = gn_jsonscan_end(out->value, end);
    at = gn_jsonscan_blank(out->end, end);
    return *at == ',' ? gn_jsonscan_blank(at + 1, end) : at;
}

/* Lists the members of what is known, an object. false: no memory. */
static bool list(struct gn_arrow *a)
{
    const char *end = a->text + a->size;
    const char *at = gn_jsonscan_blank(a->text + 1, end);

    a->count = 0;
    a->bare = a->escaped = false;
    while (*at == '"' && !a->escaped) {
        if (!make_room(a))
            return false;
        at = read_member(at, end, &a->listed[a->count++], &a->escaped);
    }
    /* an empty object has members, too: none */
    if (!make_room(a))
        return false;
    a->members = a->listed;
    return true;
}

static bool has_name(const struct gn_arrow_member *m, const char *name,
                     size_t size)
{
    return m->name_size == size && memcmp(m->name, name, size) == 0;
}

/* The first member of a name. */
static const struct gn_arrow_member *find(const struct gn_arrow *a,
                                          const char *name, size_t size)
{
    for (const struct gn_arrow_member *m = a->members;
         m < a->members + a->count; m++)
        if (has_name(m, name, size))
            return m;
    return NULL;
}

/* The bare member that a label stands for; NULL: it is none, or more than a
 * label. Most ask for members in their order. */
static const struct gn_arrow_member *find_label(struct gn_arrow *a,
                                                const char *label, size_t size)
{
    const struct gn_arrow_member *m =
        a->next < a->count ? &a->members[a->next] : a->members;

    if (a->count == 0 || !m->is_label || !has_name(m, label, size))
        m = find(a, label, size);
    if (m == NULL || !m->is_label)
        return NULL;
    a->next = (size_t)(m - a->members) + 1;
    return m;
}

/* --- paths ----------------------------------------------------------------*/

/* Bytes that mean something in a path, and control characters. */
static const bool in_no_label[256] = {
    true,         true,         true,          true,         true,
    true,         true,         true,          true,         true,
    true,         true,         true,          true,         true,
    true,         true,         true,          true,         true,
    true,         true,         true,          true,         true,
    true,         true,         true,          true,         true,
    true,         true,         ['"'] = true,  ['#'] = true, ['\''] = true,
    ['.'] = true, ['['] = true, ['\\'] = true, [']'] = true};

bool gn_arrow_is_label(const char *name, size_t size)
{
    if (size == 0 || (name[0] >= '0' && name[0] <= '9') || name[0] == '$' ||
        name[0] == '-')
        return false;
    for (size_t i = 0; i < size; i++)
        if (in_no_label[(unsigned char)name[i]])
            return false;
    return true;
}

/* The one name that a path is: name, $.name, $."name". false: it is another. */
static bool read_path(const char *path, size_t size, const char **name,
                      size_t *name_size)
{
    if (size > 2 && path[0] == '$' && path[1] == '.') {
        path += 2;
        size -= 2;
        if (size > 2 && path[0] == '"' && path[size - 1] == '"') {
            *name = path + 1;
            *name_size = size - 2;
            return memchr(*name, '"', *name_size) == NULL &&
                   memchr(*name, '\\', *name_size) == NULL &&
                   memchr(*name, '\0', *name_size) == NULL;
        }
    }
    *name = path;
    *name_size = size;
    return gn_arrow_is_label(path, size);
}

/* --- values ---------------------------------------------------------------*/

static bool give_number(sqlite3_context *to, const char *at, size_t size)
{
    const size_t sign = *at == '-' ? 1 : 0;
    char text[MOST_NUMBER + 1];
    sqlite3_int64 integer = 0;
    size_t i = sign;

    if (size > MOST_NUMBER)
        return false;
    for (; i < size && i < MOST_INTEGER && at[i] >= '0' && at[i] <= '9'; i++)
        integer = integer * 10 + (at[i] - '0');
    if (i == size) {
        sqlite3_result_int64(to, sign == 0 ? integer : -integer);
        return true;
    }
    memcpy(text, at, size);
    text[size] = '\0';
    if (strcspn(text, ".eE") == size)
        return false; /* more digits than an integer surely has */
    sqlite3_result_double(to, strtod(text, NULL));
    return true;
}

/* stays: the bytes do, until the end of the job. */
static void give_text(sqlite3_context *to, const char *text, size_t size,
                      bool stays)
{
    sqlite3_result_text64(
        to, text, size, stays ? SQLITE_STATIC : SQLITE_TRANSIENT, SQLITE_UTF8);
}

static bool give_string(sqlite3_context *to, const char *at, const char *end,
                        bool stays)
{
    const char *escape = memchr(at, '\\', (size_t)(end - at));
    struct gn_buf out = {0};

    if (escape == NULL) {
        give_text(to, at + 1, (size_t)(end - at) - 2, stays);
        return true;
    }
    for (const char *p = escape; p != NULL && p < end;
         p = memchr(p, '\\', (size_t)(end - p))) {
        if (p[1] == 'u')
            return false;
        p += 2;
    }
    gn_jsonscan_text(at, end, &out);
    if (gn_buf_failed(&out))
        sqlite3_result_error_nomem(to);
    else
        give_text(to, gn_buf_cstr(&out), out.size, false);
    gn_buf_fini(&out);
    return true;
}

/* Gives a value. false: it is not quite simple. */
static bool give(sqlite3_context *to, const struct gn_arrow *a,
                 const struct gn_arrow_member *m)
{
    if (a->bare) {
        give_text(to, m->value, (size_t)(m->end - m->value), a->stays);
        return true;
    }
    switch (*m->value) {
    case '{':
    case '[':
        return false;
    case '"':
        return give_string(to, m->value, m->end, a->stays);
    case 't':
    case 'f':
        sqlite3_result_int(to, *m->value == 't');
        return true;
    case 'n':
        return true;
    default:
        return give_number(to, m->value, (size_t)(m->end - m->value));
    }
}

/* --- the function ---------------------------------------------------------*/

/* Whether a text is what is known, an object. There is no other bare one at
 * that address: who gave it has it. */
static bool is_known(const struct gn_arrow *a, sqlite3_value *value)
{
    return a->text != NULL && sqlite3_value_blob(value) == a->text &&
           (a->bare ||
            ((size_t)sqlite3_value_bytes(value) == a->size && *a->text == '{'));
}

/* What is at a path. false: it is not to be found here. */
static bool look_up(struct gn_arrow *a, const char *path, size_t size,
                    const struct gn_arrow_member **out)
{
    const char *name;

    *out = a->bare ? find_label(a, path, size) : NULL;
    if (*out != NULL)
        return true;
    if (!read_path(path, size, &name, &size) || a->escaped)
        return false;
    *out = find(a, name, size);
    return true;
}

/* Whether left is what is known, or stands for it. */
static bool is_ours(const struct gn_arrow *a, sqlite3_value *left)
{
    if (a->handed && sqlite3_value_subtype(left) == STAND_IN)
        return true;
    return sqlite3_value_type(left) == SQLITE_TEXT && is_known(a, left);
}

/* Answers from what is known. false: it cannot. */
static bool answer(struct gn_arrow *a, sqlite3_context *to,
                   sqlite3_value *right)
{
    const struct gn_arrow_member *found;
    const char *path;

    if (sqlite3_value_type(right) != SQLITE_TEXT)
        return false;
    if (a->members == NULL && !list(a)) {
        sqlite3_result_error_nomem(to);
        return true;
    }
    path = sqlite3_value_blob(right);
    return path != NULL &&
           look_up(a, path, (size_t)sqlite3_value_bytes(right), &found) &&
           (found == NULL || give(to, a, found));
}

/* Has SQLite answer. */
static void delegate(struct gn_arrow *a, sqlite3_context *to,
                     sqlite3_value **argv)
{
    int rc = SQLITE_OK;

    if (a->own == NULL)
        rc = sqlite3_prepare_v3(a->db, "select ?1 ->> ?2", -1,
                                SQLITE_PREPARE_PERSISTENT, &a->own, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_bind_value(a->own, 1, argv[0]);
    if (rc == SQLITE_OK)
        rc = sqlite3_bind_value(a->own, 2, argv[1]);
    if (rc == SQLITE_OK)
        rc = sqlite3_step(a->own);
    if (rc == SQLITE_ROW)
        sqlite3_result_value(to, sqlite3_column_value(a->own, 0));
    else if (rc == SQLITE_NOMEM)
        sqlite3_result_error_nomem(to);
    else
        sqlite3_result_error(to, sqlite3_errmsg(a->db), -1);
    sqlite3_reset(a->own);
    sqlite3_clear_bindings(a->own);
    if (a->is_guest) {
        sqlite3_finalize(a->own);
        a->own = NULL;
    }
}

static void arrow(sqlite3_context *to, int argc, sqlite3_value **argv)
{
    struct gn_arrow *a = sqlite3_user_data(to);

    (void)argc;
    if (is_ours(a, argv[0]) ? !answer(a, to, argv[1])
                            : sqlite3_value_type(argv[0]) != SQLITE_NULL)
        delegate(a, to, argv);
}

bool gn_arrow_overload(const char *name, int args,
                       void (**function)(sqlite3_context *, int,
                                         sqlite3_value **))
{
    if (args != 2 || strcmp(name, "->>") != 0)
        return false;
    *function = arrow;
    return true;
}
