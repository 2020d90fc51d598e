package transporttest

// checks are those of the suite, in the order in which they run: what later ones
// rely on comes first.
var checks = []check{
	{name: "bytes from the modem", sends: true, run: checkBytesFrom},
	{name: "bytes to the modem", receives: true, run: checkBytesTo},
	{name: "64 KiB from the modem", sends: true, run: checkBulkFrom},
	{name: "64 KiB to the modem", receives: true, run: checkBulkTo},
	{name: "64 KiB both ways", sends: true, receives: true, run: checkBothWays},
	{name: "small reads", sends: true, run: checkSmallReads},
	{name: "partial reads", sends: true, run: checkPartialReads},
	{name: "an idle Read waits", run: checkIdle},
	{name: "Write beside a Read that waits", run: checkWriteWhileReading},
	{name: "Read beside a Write that waits", sends: true, run: checkReadBesideBlockedWrite},

	{name: "Close unblocks Read", run: checkCloseUnblocksRead},
	{name: "Close unblocks Write", run: checkCloseUnblocksWrite},
	{name: "Close twice", run: checkCloseTwice},
	{name: "after Close", run: checkAfterClose},
	{name: "Read, Write and Close at once", run: checkAllAtOnce},

	{name: "gone while a Read waits", breaks: true, run: checkGoneReading},
	{name: "gone before a Read", breaks: true, run: checkGoneBefore},
	{name: "Write when gone", breaks: true, run: checkGoneWriting},
	{name: "Close when gone", breaks: true, run: checkGoneClosing},
	{name: "opening while gone", breaks: true, run: checkOpenWhileGone},
	{name: "gone and back", breaks: true, restores: true, run: checkComesBack},

	{name: "opening with a context that is done", run: checkDoneContext},
	{name: "the context bounds opening only", run: checkLaterContext},
	{name: "opening again after Close", run: checkReopen},
	{name: "opening twice", run: checkOpenTwice},
}
