#include "extract/document.h"

#include <stdbool.h>
#include <string.h>
#include <sys/random.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/random.h"
#include "extract/htmlnode.h"
#include "extract/htmltree.h"
#include "extract/xmltree.h"

struct gn_document {
    char *text; /* what it was parsed from */
    size_t size;
    bool is_xml;
    xmlDoc *tree;
    uint64_t serial; /* of all documents of the connection */
    uint64_t used;   /* gn_documents.uses when it was */
    unsigned held;
    xmlNode **given; /* those that are values somewhere */
    size_t given_count, given_room;
};

/* A node, as a value. SQL can make one up from another, but no address. */
struct handle {
    uint64_t secret;
    uint64_t serial;
    uint64_t node; /* which one of those that were given */
};

static void renew_secret(struct gn_documents *d)
{
    d->secret = gn_random_next(&d->random);
}

void gn_documents_init(struct gn_documents *d, struct gn_budget *budget)
{
    *d = (struct gn_documents){.budget = budget};
    if (getrandom(&d->random, sizeof d->random, GRND_NONBLOCK) !=
        sizeof d->random)
        d->random = (uint64_t)gn_clock_monotonic_ns();
    renew_secret(d);
}

static void free_document(struct gn_document *document)
{
    GN_CHECK(document->held == 0);
    if (document->is_xml)
        xmlFreeDoc(document->tree);
    else
        gn_htmlnode_free(document->tree);
    gn_free((void *)document->given);
    gn_free(document->text);
    gn_free(document);
}

void gn_documents_clear(struct gn_documents *d)
{
    for (size_t i = 0; i < d->count; i++)
        free_document(d->kept[i]);
    d->count = 0;
    d->bytes = 0;
    renew_secret(d);
}

void gn_document_hold(struct gn_document *document)
{
    if (document != NULL)
        document->held++;
}

void gn_document_release(struct gn_document *document)
{
    if (document != NULL)
        document->held--;
}

/* --- finding --------------------------------------------------------------*/

static enum garner_code find_handle(struct gn_documents *d,
                                    const struct handle *h, bool is_xml,
                                    struct gn_node *out,
                                    struct garner_error *err)
{
    for (size_t i = 0; i < d->count; i++)
        if (d->kept[i]->serial == h->serial &&
            h->node < d->kept[i]->given_count) {
            if (d->kept[i]->is_xml != is_xml)
                return gn_fail(err, GARNER_INVALID, "the node is one of %s",
                               is_xml ? "HTML, not of XML"
                                      : "XML, not of HTML");
            d->kept[i]->used = ++d->uses;
            *out = (struct gn_node){d->kept[i], d->kept[i]->given[h->node]};
            return GARNER_OK;
        }
    return gn_fail(err, GARNER_INVALID,
                   "the node's document is gone: only the last %d documents of "
                   "an answer are kept",
                   GN_DOCUMENTS_MOST);
}

static struct gn_document *find_text(struct gn_documents *d, const char *text,
                                     size_t size, bool is_xml)
{
    for (size_t i = 0; i < d->count; i++)
        if (d->kept[i]->size == size && d->kept[i]->is_xml == is_xml &&
            memcmp(d->kept[i]->text, text, size) == 0)
            return d->kept[i];
    return NULL;
}

/* Lets go of the one not used for longest. false: all are held. */
static bool let_go(struct gn_documents *d)
{
    size_t oldest = SIZE_MAX;

    for (size_t i = 0; i < d->count; i++)
        if (d->kept[i]->held == 0 &&
            (oldest == SIZE_MAX || d->kept[i]->used < d->kept[oldest]->used))
            oldest = i;
    if (oldest == SIZE_MAX)
        return false;
    d->bytes -= d->kept[oldest]->size;
    free_document(d->kept[oldest]);
    d->kept[oldest] = d->kept[--d->count];
    return true;
}

/* For one more, of size bytes. */
static enum garner_code make_room(struct gn_documents *d, size_t size,
                                  struct garner_error *err)
{
    while (d->most_bytes > 0 && d->count > 0 &&
           (size > d->most_bytes || d->bytes > d->most_bytes - size) &&
           let_go(d))
        continue;
    if (d->count < GN_DOCUMENTS_MOST || let_go(d))
        return GARNER_OK;
    return gn_fail(err, GARNER_INVALID,
                   "the SQL is in the midst of more than %d documents",
                   GN_DOCUMENTS_MOST);
}

static enum garner_code make_tree(struct gn_documents *d,
                                  struct gn_document *new,
                                  struct garner_error *err)
{
    if (new->text == NULL)
        return gn_fail(err, GARNER_NOMEM,
                       "no memory for a document of %zu bytes", new->size);
    return new->is_xml ? gn_xmltree_parse(new->text, new->size, d->budget,
                                          &new->tree, err)
                       : gn_htmltree_parse(new->text, new->size, d->budget,
                                           &new->tree, err);
}

static enum garner_code parse(struct gn_documents *d, const char *text,
                              size_t size, bool is_xml,
                              struct gn_document **out,
                              struct garner_error *err)
{
    struct gn_document *new;
    enum garner_code code = make_room(d, size, err);

    if (code != GARNER_OK)
        return code;
    new = gn_alloc(sizeof *new);
    if (new == NULL)
        return gn_fail(err, GARNER_NOMEM, "no memory for a document");
    new->size = size;
    new->is_xml = is_xml;
    new->text = gn_memdup(text, size);
    code = make_tree(d, new, err);
    if (code != GARNER_OK) {
        free_document(new);
        return code;
    }
    new->serial = ++d->parsed;
    d->bytes += size;
    d->kept[d->count++] = *out = new;
    return GARNER_OK;
}

static enum garner_code whole(struct gn_documents *d, const char *text,
                              size_t size, bool is_xml, struct gn_node *out,
                              struct garner_error *err)
{
    enum garner_code code = GARNER_OK;

    *out = (struct gn_node){find_text(d, text, size, is_xml), NULL};
    if (out->document == NULL)
        code = parse(d, text, size, is_xml, &out->document, err);
    if (code == GARNER_OK) {
        out->document->used = ++d->uses;
        out->node = (xmlNode *)out->document->tree;
    }
    return code;
}

static enum garner_code find(struct gn_documents *d, sqlite3_value *value,
                             bool is_xml, struct gn_node *out,
                             struct garner_error *err)
{
    const int type = sqlite3_value_type(value);
    const char *text;
    size_t size;
    struct handle h;

    *out = (struct gn_node){NULL, NULL};
    if (type == SQLITE_NULL)
        return GARNER_OK;
    text = type == SQLITE_BLOB ? sqlite3_value_blob(value)
                               : (const char *)sqlite3_value_text(value);
    size = (size_t)sqlite3_value_bytes(value);
    if (text == NULL && size > 0)
        return gn_fail(err, GARNER_NOMEM, "no memory to read a document");
    if (type == SQLITE_BLOB && size == sizeof h) {
        memcpy(&h, text, sizeof h);
        if (h.secret == d->secret)
            return find_handle(d, &h, is_xml, out, err);
    }
    return whole(d, size > 0 ? text : "", size, is_xml, out, err);
}

enum garner_code gn_documents_node(struct gn_documents *d, sqlite3_value *value,
                                   struct gn_node *out,
                                   struct garner_error *err)
{
    return find(d, value, false, out, err);
}

enum garner_code gn_documents_text(struct gn_documents *d, const char *text,
                                   size_t size, struct gn_node *out,
                                   struct garner_error *err)
{
    return whole(d, text, size, false, out, err);
}

enum garner_code gn_documents_xml(struct gn_documents *d, sqlite3_value *value,
                                  struct gn_node *out, struct garner_error *err)
{
    return find(d, value, true, out, err);
}

/* Notes that a node is given. false: no memory. */
static bool note_given(struct gn_document *document, xmlNode *node)
{
    const size_t count = document->given_count;
    const size_t room = count > 0 ? count * 2 : 16;
    xmlNode **given;

    if (count > 0 && document->given[count - 1] == node)
        return true;
    if (count == document->given_room) {
        given = gn_realloc((void *)document->given, room * sizeof given[0]);
        if (given == NULL)
            return false;
        document->given = given;
        document->given_room = room;
    }
    document->given[document->given_count++] = node;
    return true;
}

void gn_documents_result(struct gn_documents *d, sqlite3_context *to,
                         struct gn_node node)
{
    struct handle h = {d->secret, node.document->serial, 0};

    if (!note_given(node.document, node.node)) {
        sqlite3_result_error_nomem(to);
        return;
    }
    h.node = node.document->given_count - 1;
    sqlite3_result_blob(to, &h, sizeof h, SQLITE_TRANSIENT);
}
