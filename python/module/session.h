/*
 * session.h - what a thread has under way on a connection: borrowing and giving
 * back, transactions, and the end of the thread.
 */
#ifndef GP_SESSION_H
#define GP_SESSION_H

#include "connection.h"

/* The calling thread's session; NULL: an exception is set. */
struct gp_session *gp_session_of_thread(struct gp_connection *c);
/* Lets it go with its connection. */
void gp_session_free(struct gp_session *s);

/* Waits for the writer, unless s has it. false: an exception is set. */
bool gp_session_take(struct gp_session *s);
/* true: it is in a transaction. */
bool gp_session_in_transaction(const struct gp_session *s);
/* Gives the writer back, rolling back what is open. */
void gp_session_give(struct gp_session *s);

/* Readers: lends one, or shares the latest if it is fresh; one more user.
 * NULL: an exception is set. And one user less. */
struct gp_reader *gp_session_lend(struct gp_session *s);
void gp_session_return(struct gp_reader *r);

/* What it has open ends: unfinished statements, transaction, loans. true: there
 * was a transaction. */
bool gp_session_abandon(struct gp_session *s);

/* After a statement on the writer: its rowid, if it inserted. */
void gp_session_note(struct gp_session *s, const struct gp_statement *done);

/* BEGIN, in the connection's way. COMMIT, ROLLBACK; nothing if there is no
 * transaction. Within a call. false: an exception is set. */
bool gp_session_begin(struct gp_session *s);
bool gp_session_commit(struct gp_session *s);
bool gp_session_rollback(struct gp_session *s);

/* At the end of the outermost call: gives back what nothing needs. false: an
 * exception is set, that of reading rows into memory. */
bool gp_session_settle(struct gp_session *s);

/* Changes since the writer was lent. */
int64_t gp_session_changes(const struct gp_session *s);

#endif
