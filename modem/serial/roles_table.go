package serial

// layouts tells which interface of which composite USB device has which role, as
// ModemManager's udev rules of 2026-07 have it. What they do not list is unknown.
// A vendor's products with the same layout share a row.
var layouts = []layout{
	// HP
	{"03f0", "9:gps", "3d1d"},
	// Nokia
	{"0421", "1:at", "060d 0611 061a 061b 061f 0620 0623 0624 0625 062a 062e 062f"},
	{"0421", "3:at", "0619"},
	// Foxconn
	{"0489", "2:at 3:at2 4:gps 5:diag", "e0b4 e0b5"},
	// Qualcomm
	{"05c6", "0:ignore 1:at 2:at2 3:ignore", "908b"},
	// D-Link
	{"07d1", "2:at 3:at2", "7e11"},
	// Toshiba
	{"0930", "9:gps", "130b 130c 1311"},
	// Olivetti
	{"0b3c", "0:at2 1:at2 2:at2 3:at2 5:at 6:at2", "c005"},
	// Ericsson
	{"0bdb", "9:gps", "1900 1902 1904 1905 1906 190d 1911 1926 1927"},
	// MediaTek
	{"0e8d", "0:at 1:at2", "00a1 00a2"},
	{"0e8d", "0:at 2:at2", "00a4"},
	{"0e8d", "2:at 3:at2", "0023 00a5 00a7"},
	// Sierra Wireless
	{"1199", "0:at 2:ppp 4:gps", "c001"},
	{"1199", "0:diag 2:gps 3:at", "68c0 9071 9079 9091"},
	// Fibocom
	{"1508", "0:diag 1:at 2:at2 3:at2", "1001"},
	// u-blox
	{"1546", "2:ignore 4:ignore 6:ignore", "1104"},
	{"1546", "2:ignore 4:ignore 8:ignore", "1010"},
	{"1546", "6:ignore 8:ignore 10:ignore", "1107 110a"},
	{"1546", "6:ignore 8:ignore 10:ignore 12:ignore", "1102"},
	// Fibocom (Spreadtrum)
	{"1782", "0:at 1:ignore 2:ignore 3:ignore 4:ignore 5:at2 6:at2", "4d10"},
	{"1782", "2:at 3:ignore 4:ignore 5:ignore 6:ignore 7:at2 8:at2", "4d11"},
	// ZTE
	{"19d2", "0:at 1:at2", "0003 0004 0005 0006 0007 0008 0009 000a"},
	{"19d2", "0:at 2:at2", "0001 1515"},
	{"19d2", "0:at2 2:at", "0064"},
	{"19d2", "1:at 3:at2", "0015 0030 0054"},
	{"19d2", "1:at2 2:at", "0016 0017 0018 0019 0117 0156"},
	{"19d2", "1:at2 3:at", "0021 0031 0037 0039 0042 0052 0057 0058 0061 0063 0066 0078 0082 0104 0106 0108 " +
		"0122 0123 1007 1008 1010 1254 1268 2002 2003"},
	{"19d2", "1:at2 4:at", "0033 0091 0113 0118 0121 0124 0126 0128"},
	{"19d2", "1:at2 5:at", "0125"},
	{"19d2", "2:at 4:at2", "0002 0012 0024 0025 0055"},
	{"19d2", "2:at2 3:at", "0043"},
	{"19d2", "2:at2 4:at", "0048 0049"},
	// Alcatel
	{"1bbb", "0:at2 1:at2 2:at2 3:at", "0000"},
	{"1bbb", "0:at2 1:at2 2:at2 3:at2 5:at", "0017"},
	{"1bbb", "0:at2 3:at2 4:at", "00b7"},
	{"1bbb", "0:ignore 1:at 2:at2 3:ignore", "022c"},
	// Telit
	{"1bc7", "0:at 2:at2", "1003 1006"},
	{"1bc7", "0:at 2:gps 3:at2", "1004 1005"},
	{"1bc7", "0:diag 1:at 2:at2", "1031 1033 1101 110a"},
	{"1bc7", "0:diag 3:gps 4:at 5:at2 6:ignore", "1060 1070 1201"},
	{"1bc7", "0:diag 3:ignore 4:at 5:at2 6:ignore", "1040 1050"},
	{"1bc7", "0:diag 4:gps 5:at 6:at2 7:ignore", "1061 1071 1204"},
	{"1bc7", "0:diag 4:ignore 5:at 6:at2 7:ignore", "1041 1051"},
	{"1bc7", "1:at", "1011"},
	{"1bc7", "1:at 2:at2 3:diag", "10a4 10c4"},
	{"1bc7", "1:at 2:diag", "10a9 10c8 3001"},
	{"1bc7", "1:gps 2:at 3:at2 4:ignore 5:diag", "10b0 10d0"},
	{"1bc7", "1:gps 2:at 3:diag", "10a0 10c0 3000"},
	{"1bc7", "1:gps 2:at2 3:at", "1010"},
	{"1bc7", "2:at 3:at2 4:diag", "10a7 10c6"},
	{"1bc7", "2:at 3:diag", "10aa 10c9"},
	{"1bc7", "2:at2 4:ignore 6:at", "7020 7021"},
	{"1bc7", "2:gps 3:at 4:at2 5:ignore 6:diag", "10b1 10d1"},
	{"1bc7", "2:gps 3:at 4:diag", "10a2 10c2"},
	{"1bc7", "2:ignore 3:at2 4:at", "7010 7011"},
	// Longcheer
	{"1c9e", "0:at 1:at2", "3197"},
	{"1c9e", "0:at 1:at2 2:at2", "9602"},
	{"1c9e", "0:at 2:at2", "6000 6060 6061"},
	{"1c9e", "0:at2 1:at", "9004 9005"},
	{"1c9e", "0:at2 1:at2 2:at", "9001 9002 9012 9022 9603"},
	{"1c9e", "0:at2 1:at2 2:at2 3:at", "9003 9605"},
	{"1c9e", "0:at2 1:at2 2:at2 3:at2 4:at", "9607"},
	{"1c9e", "0:at2 1:at2 2:at2 4:at", "9606"},
	{"1c9e", "0:at2 1:at2 3:at", "9010 9020 9604"},
	{"1c9e", "0:at2 2:at 3:at2", "7001"},
	{"1c9e", "0:at2 2:at 3:at2 4:at2", "7002"},
	{"1c9e", "0:at2 2:at2 4:at", "8001 8002"},
	{"1c9e", "0:at2 2:at2 5:at", "8000"},
	{"1c9e", "0:at2 4:at 5:at2", "7101"},
	{"1c9e", "0:at2 4:at 5:at2 6:at2", "7102"},
	{"1c9e", "1:at2 3:at", "9000"},
	// SIMCom
	{"1e0e", "0:at2 1:at2 2:at", "cefe"},
	{"1e0e", "0:diag 1:gps 2:at 3:at2 4:audio", "9001"},
	{"1e0e", "0:diag 1:gps 2:at 3:ignore 4:ignore 5:ppp", "9206"},
	{"1e0e", "0:diag 1:gps 2:at 3:ppp", "9205"},
	{"1e0e", "1:at2 3:at", "9100 9200"},
	{"1e0e", "2:ignore 4:at 5:ppp", "9011"},
	// Cinterion
	{"1e2d", "0:at 2:at2 4:gps 6:diag", "0069 006f"},
	{"1e2d", "0:at 2:at2 4:gps 6:ignore 8:diag", "005b 005d"},
	{"1e2d", "0:ppp 2:at 4:gps 6:ignore 8:ignore", "0061"},
	{"1e2d", "1:gps", "0053"},
	{"1e2d", "2:at 4:gps 5:ignore", "00b3 00f1"},
	// D-Link
	{"2001", "0:at 1:at2", "7d00"},
	{"2001", "0:ignore 1:at 2:at2 3:ignore", "7e35"},
	// Haier
	{"201e", "3:at", "10f8"},
	// BroadMobi
	{"2020", "0:diag 1:at 2:at2 3:at2", "2060"},
	// Linktop
	{"230d", "1:ppp 3:at", "0001"},
	// TP-Link
	{"2357", "0:ignore 1:ignore 3:at", "9000"},
	// Quectel
	{"2c7c", "0:diag 1:gps 2:at 3:at2", "0121 0125 0191 0195 0296 0306 0512 0800 0801"},
	{"2c7c", "3:diag 4:gps 5:at", "0128"},
	// Fibocom
	{"2cb7", "0:at 1:at2", "010a"},
	{"2cb7", "0:diag 1:at 2:at2 3:ignore", "0104"},
	{"2cb7", "0:ignore 1:at 2:at2", "0106"},
	{"2cb7", "2:at 3:at2 4:ignore", "01a0"},
	{"2cb7", "2:at 3:ignore 4:ignore 5:ignore", "01a2"},
	{"2cb7", "2:at 4:ignore 6:at2", "0007"},
	{"2cb7", "2:ignore 3:at 4:ignore 5:ignore", "0115"},
	{"2cb7", "2:ignore 3:at 4:ignore 5:ignore 6:ignore", "01a4"},
	// GosuncnWelink
	{"305a", "0:ignore 1:at 2:at2 5:ignore", "1405"},
	// Rolling Wireless
	{"33f8", "0:diag 1:at 2:at2 3:gps", "0104"},
	{"33f8", "2:at", "0301 0302"},
	{"33f8", "2:at 3:ignore 4:diag 5:gps", "01a2"},
	{"33f8", "2:diag 3:at 5:gps 6:gps", "01a4 01a8 01a9"},
	{"33f8", "2:gps", "01a3"},
	{"33f8", "2:gps 3:diag 4:at", "0115 1003"},
	{"33f8", "2:ignore 3:ignore 4:ignore 6:ignore 7:ignore 8:ignore 9:ignore", "0802"},
	// NetPrisma
	{"3731", "3:diag 4:gps 5:at", "0100 0101 0106 010a 010b 010c 010d 0111 0112 0113 0115 0116"},
	// Dell
	{"413c", "2:at 3:at2 4:gps 5:diag", "81d7 81e0"},
	{"413c", "4:ignore", "81d9"},
	{"413c", "9:gps", "8147 8183 8184 818b 818c 818e"},
	// Fibocom (Intel)
	{"8087", "0:at 2:ignore 4:at2", "095a"},
}
