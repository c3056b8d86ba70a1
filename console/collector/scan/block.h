/* The lines of one block: read, looked at for secrets, and gathered run by run. */

#ifndef BURNLINE_BLOCK_H
#define BURNLINE_BLOCK_H

#include "runs.h"

/* What was read of one line. */
typedef struct {
    Span text, boot;
    int64_t offset, number, seq;
    Judged told;
    size_t packed_at;   /* in the packed events of the block */
    uint32_t rest_at;   /* where, in the packed event, what follows its instant begins */
    uint32_t rest_end;  /* and where what models took begins, or the event ends */
    long route;         /* its entry */
    Run *run;           /* NULL where the kind of the event means nothing */
    Span run_name, kind, parent;
    bool plain, numbered, rest_doubted;
} Item;

typedef struct {
    Language language;
    Runs runs;
    Names routes;
    Names cleared;      /* texts that hold no secret */
    Item *items;
    size_t count, room;
    Bytes packed;       /* the events of the block */
    Bytes texts;        /* what its texts say that are written otherwise than they are kept */
    Bytes doubtful;     /* what of them has to be looked at for secrets */
    int64_t file;
    uint64_t block;     /* counts the blocks */
} Scan;

/* What a block is and how it is read, as Python gives it. */
typedef struct {
    Span data;
    int64_t offset, line, until_us, floor_us;
    PyObject *suspected;
} Block;

/* Finds or begins the run of each plain line, and gathers what has to be looked at for secrets;
   false with an exception set. */
bool join_runs(Scan *scan);

/* Takes the lines out of the plain ones in which there may be a secret; false as above. */
bool take_out_suspected(Scan *scan, const Block *block);

/* Reads a block: returns (others, alive, numbered, latest_us, routes), or NULL with an exception set.
   With a `floor_us` from 0 on, where a line is not plain or of then or earlier: None, and nothing
   was taken in. */
PyObject *scan_block(Scan *scan, const Block *block);

/* Returns a list of runs, all that were gathered or those that ended, and forgets them. After an
   exception, here or above, some may be lost: whoever reads has to begin anew. */
PyObject *scan_close(Scan *scan, bool ended);

/* Says whether an event of a run is gathered now. */
bool scan_holds(const Scan *scan, Span route, Span name);

#endif
