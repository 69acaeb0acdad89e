// Package worktime is when people work: the working days of China with their
// 调休, the hours of a working day, and the quiet hours. Pure, as all of sales.
package worktime
