/**
 * What `script_html` loads: it reads the reviews and writes plain elements, whose looks are the page's own. It sets
 * texts only, never markup, no styles and no handlers, so a strict content security policy lets it be.
 */
export const widgetScript = `(() => {
  'use strict'
  const script = document.currentScript
  const token = script.dataset.moltflowReviews
  const target = script.dataset.target
  const make = (name, className, text) => {
    const element = document.createElement(name)
    if (className) element.className = className
    if (text !== undefined) element.textContent = text
    return element
  }
  const show = ({ reviews }) => {
    const list = make('ul', 'moltflow-reviews')
    for (const review of reviews) {
      const item = make('li', 'moltflow-review')
      const quote = make('blockquote', 'moltflow-review-text', review.text)
      if (review.language !== 'und') quote.lang = review.language
      quote.dir = 'auto'
      const by = make('p', 'moltflow-review-by')
      if (review.name !== null) by.append(make('span', 'moltflow-review-name', review.name), ' ')
      const date = make('time', 'moltflow-review-date', review.date)
      date.dateTime = review.date
      by.append(date)
      item.append(quote, by)
      list.append(item)
    }
    const place = target ? document.querySelector(target) : null
    if (place) place.replaceChildren(list)
    else script.after(list)
  }
  fetch(new URL(token, script.src), { credentials: 'omit', referrerPolicy: 'no-referrer' })
    .then((answer) => (answer.ok ? answer.json() : undefined))
    .then((found) => found && show(found))
    .catch(() => undefined)
})()
`
