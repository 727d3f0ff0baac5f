/*
 * document.h - the documents of a job: each is parsed once, however often the
 * SQL names it, and its nodes are values that SQL can hand on.
 *
 * Such a value is a blob that means something to the connection that gave it,
 * until the end of the job. It is no pointer of SQLite's, for those become NULL
 * where SQLite sorts, groups or keeps rows.
 *
 * Thread: the connection's.
 */
#ifndef GN_EXTRACT_DOCUMENT_H
#define GN_EXTRACT_DOCUMENT_H

#include <stdint.h>

#include <libxml/tree.h>
#include <sqlite3.h>

#include "extract/budget.h"
#include "garner/error.h"

enum { GN_DOCUMENTS_MOST = 64 }; /* kept at a time */

struct gn_documents {
    struct gn_budget *budget; /* borrowed */
    struct gn_document *kept[GN_DOCUMENTS_MOST];
    size_t count;
    size_t bytes;      /* of the texts of those kept */
    size_t most_bytes; /* beyond it, those not in use go; 0: no such limit */
    uint64_t uses;     /* a clock for which was used last */
    uint64_t secret;   /* of this job: no text can pretend to be a node */
    uint64_t random;   /* where secrets come from */
    uint64_t parsed;   /* so far, for tests */
};

struct gn_node {
    struct gn_document *document; /* NULL: there is no node */
    xmlNode *node;                /* may be an attribute, or the document */
};

void gn_documents_init(struct gn_documents *d, struct gn_budget *budget);

/* Forgets all documents, and with them all nodes. None may be held. */
void gn_documents_clear(struct gn_documents *d);

/* The node that value is, or the whole of the HTML document that it is the text
 * of; none for NULL. It is there until another document is asked for, or longer
 * between hold and release. Errors: INVALID, TIMEOUT, NOMEM. */
enum garner_code gn_documents_node(struct gn_documents *d, sqlite3_value *value,
                                   struct gn_node *out,
                                   struct garner_error *err);

/* The whole of the HTML document that size bytes are the text of. */
enum garner_code gn_documents_text(struct gn_documents *d, const char *text,
                                   size_t size, struct gn_node *out,
                                   struct garner_error *err);

/* As gn_documents_node for XML, strictly (xmltree.h). A node of the one kind is
 * none of the other. */
enum garner_code gn_documents_xml(struct gn_documents *d, sqlite3_value *value,
                                  struct gn_node *out,
                                  struct garner_error *err);

/* Keeps the document of a node; each hold needs its release. NULL is fine. */
void gn_document_hold(struct gn_document *document);
void gn_document_release(struct gn_document *document);

/* The result of a function: the value that a node is, of a document that is
 * held. */
void gn_documents_result(struct gn_documents *d, sqlite3_context *to,
                         struct gn_node node);

#endif
