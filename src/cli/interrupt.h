/*
 * interrupt.h - Ctrl-C for a program that goes on: a mark that is set, for
 * whoever is at work to look at.
 *
 * Thread: any.
 */
#ifndef GN_CLI_INTERRUPT_H
#define GN_CLI_INTERRUPT_H

#include <stdatomic.h>
#include <stdbool.h>

/* From now on SIGINT does no more than set the mark. */
void gn_interrupt_catch(void);

/* The mark. Who begins something clears it. */
atomic_bool *gn_interrupt_mark(void);

#endif
