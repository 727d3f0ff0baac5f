/* blob.h - one value of a table, opened: a file-like object, and a sequence. */
#ifndef GP_BLOB_H
#define GP_BLOB_H

#include "session.h"

PyTypeObject *gp_blob_make_type(PyObject *module);

/* Connection.blobopen. */
PyObject *gp_blob_open(PyObject *self, PyObject *args, PyObject *kwargs);

/* Closes those of s: its connection is about to be closed, or its thread has
 * ended. */
void gp_blob_close_all(struct gp_session *s);

struct gp_blob;

/* Is it open? false: an exception is set. Then its size. */
bool gp_blob_check(struct gp_blob *b);
int gp_blob_size(const struct gp_blob *b);

/* Within it. false: an exception is set. */
bool gp_blob_read_at(struct gp_blob *b, int at, void *bytes, int size);
PyObject *gp_blob_bytes(struct gp_blob *b, int at, int size);
bool gp_blob_write_at(struct gp_blob *b, int at, const void *bytes, int size);

#endif
